-- Files of visitors and agents. The content lies in storage.files under the id.

-- +goose Up
create table files (
  id           text primary key,
  visitor      text not null,   -- whose upload it is, '' for what came from elsewhere
  widget       text not null,
  conversation text not null default '',    -- '' until a line carries it
  seq          bigint not null default 0,
  source       text not null default '',    -- where it came from, '' for an upload
  name         text not null,
  type         text not null,
  size         bigint not null,
  width        bigint not null,
  height       bigint not null,
  state        text not null,   -- taking, kept or gone
  created      bigint not null
);
create index files_conversation on files (conversation, seq) where conversation <> '';
create unique index files_source on files (source) where source <> '';
create index files_created on files (created);
create index files_gone on files (id) where state = 'gone';
