-- When an agent last took a conversation or was given one: whose turn it is.

-- +goose Up
alter table agents add column took bigint not null default 0;
