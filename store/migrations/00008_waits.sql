-- Waits end with an assignment, too.

-- +goose Up
drop index events_claimed;
create index events_taken on events (at) where kind in ('claimed', 'transferred');
