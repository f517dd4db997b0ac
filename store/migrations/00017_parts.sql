-- A line that is longer than a post stands in several.

-- +goose Up
alter table posts add column part bigint not null default 0;  -- which part of its event, 0 for whole events
alter table posts add column parts bigint not null default 0; -- of how many
