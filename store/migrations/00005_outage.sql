-- What the Slack mirror asks after an outage: where a line that Slack names only
-- by its time stands, and which posts show words that were changed since.

-- +goose Up
create index events_order on events (ord) where ord <> '';
alter table posts add column stale boolean not null default false; -- to be drawn again
