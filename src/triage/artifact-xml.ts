import { SaxesParser } from "saxes";

export type XmlAttributes = Readonly<Record<string, string>>;

/** What to do at each part of a document. Names come without their namespace prefix. */
export type XmlHandler = {
  open(name: string, attributes: XmlAttributes): void;
  close(name: string): void;
  text?(text: string): void;
};

const pieceLength = 64 * 1024;

/**
 * Walks through an XML document as far as it is well-formed; `false` where it breaks off. The parser reads no document type
 * and expands no entities but XML's own five, so that a small document stays small.
 */
export function walkXml(text: string, handler: XmlHandler): boolean {
  const parser = new SaxesParser();
  const take = (part: string) => handler.text?.(part);
  parser.on("opentag", ({ name, attributes }) => handler.open(localName(name), attributes));
  parser.on("closetag", ({ name }) => handler.close(localName(name)));
  parser.on("text", take);
  parser.on("cdata", take);
  try {
    for (let at = 0; at < text.length; at += pieceLength) parser.write(text.slice(at, at + pieceLength));
    parser.close();
    return true;
  } catch {
    // Without a handler of its own for errors the parser throws at the first one.
    return false;
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}
