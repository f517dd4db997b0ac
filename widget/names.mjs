// Which property names of the widget's source the build may shorten:
//
//	node names.mjs          writes build/names.txt
//	node names.mjs --check  fails when build/names.txt holds a name that is not ours alone
//
// A name is ours when TypeScript's checker says of each place in src that uses it
// that it means a member declared in src, and when nobody outside reads that
// member: not the browser, the wire, the storage or the page. Members that are
// reached by a computed name, or handed on as a whole to somebody who does not
// know their type, count as read outside.
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const dir = import.meta.dirname;
const list = path.join(dir, 'build/names.txt');
const src = path.join(dir, 'src') + path.sep;
/** Types of ours that are stored, or that the page sees; all of types.ts is the wire's. */
const outward = new Set(['PanelModule', 'HandoffState', 'ConversationState', 'OpenOptions', 'Kept', 'Tab', 'OutItem', 'Options', 'FormField', 'FormSchema', 'Page', 'Identified', 'Said', 'IdentityModule', 'SoundModule', 'ToFrame', 'FromFrame', 'Asked']);

const parsed = ts.getParsedCommandLineOfConfigFile(path.join(dir, 'tsconfig.json'), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic() {} });
const program = ts.createProgram(parsed.fileNames.filter(isOurs), parsed.options);
const checker = program.getTypeChecker();
const [ours, foreign] = [new Set(), new Set()];

function isOurs(file) {
  return path.normalize(file).startsWith(src);
}

/** Whether nobody outside reads what is declared here. */
function isInner(declaration) {
  const file = path.normalize(declaration.getSourceFile().fileName);
  if (ts.isSourceFile(declaration.parent) || ts.isVariableDeclaration(declaration) || ts.isExportSpecifier(declaration)) return false; // a module's export
  if (!isOurs(file) || file === src + 'types.ts' || file.startsWith(src + 'resume')) return false;
  for (let node = declaration; node; node = node.parent) {
    if (node.name && outward.has(node.name.text)) return false;
    if (ts.isTypeLiteralNode(node) && ts.isFunctionLike(node.parent?.parent) && [src + 'loader.ts', src + 'core.ts'].includes(file)) return false; // the page's own calls, and what the panel takes of them
  }
  return true;
}

function judge(name, symbols) {
  const declarations = symbols.flatMap((symbol) => symbol?.declarations ?? [undefined]);
  const inner = declarations.length > 0 && declarations.every((one) => one && isInner(one));
  (inner ? ours : foreign).add(name);
}

function isOpaque(type) {
  return !type || (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never)) !== 0;
}

/** The member of that name in a type, or in each part of a union that has it. */
function members(type, name) {
  if (isOpaque(type)) return [undefined];
  const found = (type.isUnion() ? type.types : [type]).map((one) => checker.getPropertyOfType(one, name)).filter(Boolean);
  return found.length > 0 ? found : [undefined];
}

/** All members of a type are known outside by their names. */
function giveAway(type) {
  for (const one of type?.isUnion() ? type.types : [type]) {
    for (const property of one ? checker.getPropertiesOfType(one) : []) foreign.add(property.name);
  }
}

function visit(node) {
  const name = node.name && ts.isIdentifier(node.name) ? node.name.text : '';
  if (ts.isPropertyAccessExpression(node)) {
    judge(name, [checker.getSymbolAtLocation(node.name)]);
  } else if (ts.isObjectLiteralExpression(node.parent ?? node) && name) {
    const wanted = checker.getContextualType(node.parent);
    if (wanted) judge(name, members(wanted, name));
    else (isInner(node) ? ours : foreign).add(name);
  } else if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent) && !node.dotDotDotToken) {
    const from = (node.propertyName ?? node.name).text;
    if (from) judge(from, members(checker.getTypeAtLocation(node.parent), from));
  } else if (name && (ts.isClassElement(node) || ts.isTypeElement(node) || ts.isParameterPropertyDeclaration(node, node.parent))) {
    (isInner(node) ? ours : foreign).add(name);
  } else if (ts.isElementAccessExpression(node)) {
    const key = checker.getTypeAtLocation(node.argumentExpression);
    if (!(key.flags & ts.TypeFlags.NumberLike)) giveAway(checker.getTypeAtLocation(node.expression));
  } else if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InKeyword) {
    giveAway(checker.getTypeAtLocation(node.right));
  } else if (ts.isForInStatement(node)) {
    giveAway(checker.getTypeAtLocation(node.expression));
  } else if (ts.isCallExpression(node)) {
    handedOn(node);
    node.typeArguments?.forEach(promised);
  } else if (ts.isAsExpression(node)) {
    promised(node.type);
    const [from, to] = [checker.getTypeAtLocation(node.expression), checker.getTypeAtLocation(node.type)];
    if (isOpaque(from)) giveAway(to);
    if (isOpaque(to)) giveAway(from);
  }
  ts.forEachChild(node, visit);
}

// A type that is written where a value from outside comes in.
function promised(type) {
  if (ts.isTypeElement(type) && type.name) foreign.add(type.name.text);
  ts.forEachChild(type, promised);
}

// What goes to a parameter of no known type, and the keys of what is taken apart.
function handedOn(call) {
  const signature = checker.getResolvedSignature(call);
  const taken = signature?.parameters ?? [];
  call.arguments.forEach((argument, i) => {
    const parameter = taken[Math.min(i, taken.length - 1)];
    const type = parameter && checker.getTypeOfSymbolAtLocation(parameter, call);
    const keys = /^Object\.(keys|entries|fromEntries)$/.test(call.expression.getText());
    if (keys || isOpaque(type)) giveAway(checker.getTypeAtLocation(argument));
  });
}

for (const file of program.getSourceFiles()) {
  if (!isOurs(file.fileName)) continue;
  visit(file);
}
const safe = [...ours].filter((name) => !foreign.has(name) && name.length > 2).sort();
if (process.argv.includes('--check')) {
  const bad = fs.readFileSync(list, 'utf8').split('\n').filter((name) => name && !safe.includes(name));
  if (bad.length > 0) {
    console.error(`build/names.txt holds what is not ours alone: ${bad.join(', ')}. Run npm run names.`);
    process.exit(1);
  }
} else {
  fs.writeFileSync(list, safe.join('\n') + '\n');
  console.log(`${safe.length} names`);
}
