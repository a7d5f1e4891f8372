// How is S3's XML written and read? Writing is a tree of elements; reading takes the plain elements-and-text documents
// that S3 requests consist of, and refuses everything else (document types, comments, unbalanced tags).
import { malformedXml } from './errors.ts';

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

export interface Element {
  readonly name: string;
  readonly children: readonly Element[];
  readonly text: string;
}

/** An element that holds text, numbers or booleans. */
export const leaf = (name: string, text: string | number | boolean): Element => ({
  name,
  children: [],
  text: String(text),
});

/** An element that holds elements; `undefined` and `false` children are left out. */
export const branch = (name: string, children: readonly (Element | undefined | false)[]): Element => ({
  name,
  children: children.filter((child) => typeof child === 'object'),
  text: '',
});

/** The document as S3 sends it: declaration, the root in S3's namespace (errors have none). */
export function writeXml(root: Element, inNamespace = true): string {
  const attribute = inNamespace ? ` xmlns="${namespace}"` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root.name}${attribute}>${content(root)}</${root.name}>`;
}

const content = (element: Element): string =>
  element.children.map((child) => `<${child.name}>${content(child)}</${child.name}>`).join('') +
  escapeText(element.text);

// Control characters are legal in keys and not in XML 1.0; S3 sends them as references all the same.
const escapeText = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  text.replace(/[&<>"'\u0000-\u0008\u000a-\u001f\u007f]/g, (character) => `&#${character.charCodeAt(0)};`);

const token = /<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

/** The root element of a request body. Throws MalformedXML. */
export function readXml(document: string, rootName: string): Element {
  const body = document.replace(/^\uFEFF?\s*(?:<\?xml[^>]*\?>)?\s*/, '').trimEnd();
  const top: OpenElement = { name: '', children: [], text: '' };
  const open: OpenElement[] = [top];
  token.lastIndex = 0;
  while (token.lastIndex < body.length) {
    const match = token.exec(body);
    if (match === null) throw malformedXml('unexpected markup');
    take(match, open);
  }
  const root = top.children[0];
  if (open.length !== 1 || top.children.length !== 1 || top.text !== '' || root?.name !== rootName)
    throw malformedXml(`expected one ${rootName} element`);
  return root;
}

interface OpenElement {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

function take(match: RegExpExecArray, open: OpenElement[]): void {
  const [, closing, opening, , empty, text] = match;
  const current = open.at(-1);
  if (current === undefined) throw malformedXml('unexpected end tag');
  if (text !== undefined) {
    current.text += unescapeText(text);
  } else if (opening !== undefined) {
    const element: OpenElement = { name: opening, children: [], text: '' };
    current.children.push(element);
    if (empty !== '/') open.push(element);
  } else {
    if (current.name !== closing) throw malformedXml(`unexpected </${closing ?? ''}>`);
    // Blanks between elements are layout, blanks in a leaf are text.
    if (current.children.length > 0 && current.text.trim() === '') current.text = '';
    open.pop();
  }
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const unescapeText = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w+));|&/g, (_whole, decimal, hex, name) => {
    if (name !== undefined && Object.hasOwn(entities, name)) return entities[name] ?? '';
    const point = decimal !== undefined ? Number(decimal) : Number.parseInt(hex ?? '', 16);
    if (!(point >= 0 && point <= 0x10ffff)) throw malformedXml('unknown character reference');
    return String.fromCodePoint(point);
  });

/** The text of the one child of that name, or undefined. Throws MalformedXML when it is there twice. */
export function childText(element: Element, name: string): string | undefined {
  const found = element.children.filter((child) => child.name === name);
  if (found.length > 1) throw malformedXml(`${name} occurs twice`);
  return found[0]?.text;
}
