// Renders Markdown as GitHub's flavour, and writes a JSON array: render.mjs FILE...
import { readFileSync } from 'node:fs';
import { marked } from 'marked';

process.stdout.write(JSON.stringify(process.argv.slice(2).map((file) => marked.parse(readFileSync(file, 'utf8'), { gfm: true }))));
