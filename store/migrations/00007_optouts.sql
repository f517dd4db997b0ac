-- Addresses that were mailed, each with the code of the link that stops mails to
-- it. The address itself is not kept.

-- +goose Up
create table optouts (
  address text primary key,        -- the SHA-256 of it, in hex
  token   text not null unique,
  seen    bigint not null,         -- when it was mailed last
  stopped boolean not null default false
);
create index optouts_seen on optouts (seen) where not stopped;
