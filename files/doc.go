// Package files keeps what visitors and agents send beside words.
//
// The one idea: nothing is passed on as it came. [Read] takes a file in when its
// extension, its first bytes and a whole parse agree on one of a few kinds; a
// picture is decoded under limits and written anew, which leaves behind where it
// was taken and whatever else was hidden in it; a document or a text is kept as it
// is and is only ever a download. Its name is made harmless and is for people:
// what is stored is found by a random id.
//
// [Room.Take] keeps a file, [Room.Open] gives it back. A row in the database is
// written before the content and deleted after it, so a crash leaves at most a row
// whose content is missing, which is collected like an upload that no line ever
// carried. The content lies in a folder (reached through os.Root, so that no name
// leads out of it) or in an S3 bucket. Who may have a file is the caller's to say:
// the visitor's door asks for her own, the staff's door for those of a
// conversation.
//
// Lifecycle: [Open] reads the setting and touches nothing; [Room.Run] collects
// what is due until its context ends. What a crash loses: an upload that was not
// answered.
package files
