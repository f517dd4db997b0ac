-- The widget's files of all builds that were served. A page that was opened before
-- an upgrade, or that pins a version, asks for those of its build.

-- +goose Up
create table widget_files (
  address text primary key,  -- '42cebb0800ad/panel.js', as after /w/, or 'widget@1.2.3.js'
  body    bytea not null,    -- never another under one address
  kept    bigint not null    -- when it was first
);
