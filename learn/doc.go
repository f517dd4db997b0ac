// Package learn makes knowledge of what agents have answered.
//
// The one idea: the log proposes, a person approves, a file keeps. A [Thread] is what
// people have said in a conversation that an agent has closed. [Thread.Cut] cuts a
// question and its answer out of it, without what tells who the visitor is;
// [Thread.Accept] checks what a model has written from it, which is taken only when
// agents have said it. What an agent has approved is an [Entry], and [File.Add] puts
// it into one Markdown file that people read, edit and version, and that is read as
// knowledge like any other document.
//
// Nothing here looks at a clock or at the network. Adding the same entry twice
// changes nothing, and a crash leaves the file as it was or with the whole entry.
package learn
