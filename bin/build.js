#!/usr/bin/env node
import { prepareToDevelop } from './prepare.js'

prepareToDevelop('dist')
