-- Mails that are meant to be sent. A row is gone once the log says what has
-- become of the mail.

-- +goose Up
create table mails (
  conversation text not null references conversations (id),
  what         text not null,   -- code, notice, reply, transcript, team
  of_seq       bigint not null, -- the event it is about
  through      bigint not null, -- the last event it covers
  since        bigint not null, -- since when it is meant to be sent
  due          bigint not null, -- not before
  tries        bigint not null, -- that reached the mail server
  primary key (conversation, what, of_seq)
);
