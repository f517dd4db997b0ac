-- What is done in Slack once a week for the whole installation, beside any
-- conversation: a row before, completed after, like errands. And what agents say
-- of decisions, found by its time.

-- +goose Up
create table house_errands (
  name      text primary key,  -- what it is and of which week
  state     text not null,
  ref       text not null,
  attempted bigint not null
);
-- Where a policy's topics and rules stood in its files, as JSON; '' when not known.
alter table policies add column places text not null default '';
create index events_marks on events (at) where kind in ('misjudged', 'missed', 'unmarked');
