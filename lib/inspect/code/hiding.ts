/** Ways to keep an address out of sight of whoever reads the text. */
export const hiding = /\batob\b|fromCharCode|fromCodePoint|base64|\bunescape\b|\.reverse\s*\(|charCodeAt/
