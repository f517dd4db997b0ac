// Package knowledge turns a company's documents into passages and finds the ones that fit a question.
//
// A Library reads folders of Markdown, HTML and text, splits each document at its headings into passages of at most
// MaxPassage bytes, and keeps them in a full-text index. Run watches the folders; a change builds a new index beside
// the old one and swaps the two, so a search never sees half of it. A document that cannot be read is reported and
// left out, and the others serve.
//
// What is hidden in a document from its human readers, such as comments, invisible elements and invisible
// characters, does not get into a passage. What is visible does, even when it reads like an instruction: a passage
// is data, and whoever shows it to a model must mark it as such.
//
// The index is a copy in a temporary directory, built anew at each start, so a crash loses nothing.
package knowledge
