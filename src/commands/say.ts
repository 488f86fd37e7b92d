/** What people read goes to standard error: standard output is the log's, or a command's answer. */
export const say = (line: string): void => { process.stderr.write(`${line}\n`) }
