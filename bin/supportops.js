#!/usr/bin/env -S node --max-semi-space-size=8
import { runMain } from './main.js'

await runMain(process.argv.slice(2))
