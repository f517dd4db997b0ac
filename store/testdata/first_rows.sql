-- Rows as the first schema has held them. This file is never edited: a test
-- upgrades it to the newest schema and reads it.
insert into about (name, value) values ('version', '0.1.0');
insert into serials (name, n) values ('threads', 1), ('posts', 1), ('inbox', 2);

insert into conversations (id, reference, visitor, widget, state, last_seq, last_vseq, mode, owner, epoch, updated, visitor_read) values
('cnv_one', 'H-4F2K', 'vis_one', 'web', '{"id":"cnv_one","reference":"H-4F2K","visitor":"vis_one","widget":"web","seq":5,"vseq":3,"opened":{"seq":1,"at":"2026-03-02T09:00:00Z"},"last":{"seq":5,"at":"2026-03-02T09:00:04Z"},"mode":"agent","owner":{"id":"U1","name":"Maya"},"epoch":1,"escalated":{"seq":3,"at":"2026-03-02T09:00:02Z"},"reason":"button","route":{},"wait_from":"2026-03-02T09:00:02Z","claims":1,"claimed":{"seq":5,"at":"2026-03-02T09:00:04Z"},"last_visitor":{"seq":2,"at":"2026-03-02T09:00:01Z"},"unanswered":{"seq":2,"at":"2026-03-02T09:00:01Z"}}', 5, 3, 'agent', 'U1', 1, 1772442004000, 1),
('cnv_two', 'H-7WXY', 'vis_two', 'web', '', 1, 0, 'bot', '', 0, 1772442000000, 0);

insert into events (conversation, seq, vseq, at, kind, role, author, name, source, ord, key, facts, payload, words) values
('cnv_one', 1, 0, 1772442000000, 'opened', 'visitor', 'vis_one', 'Ada', 'widget', '', '', '{"reference":"H-4F2K","visitor":"vis_one","widget":"web"}', '{"page":{"url":"https://shop.example/cart"},"context":{"plan":"pro"}}', ''),
('cnv_one', 2, 1, 1772442001000, 'message', 'visitor', 'vis_one', 'Ada', 'widget', '', 'v:m1', '{"client_id":"m1"}', '{"text":"Where is my parcel?"}', 'where is my parcel?
ada'),
('cnv_one', 3, 2, 1772442002000, 'escalated', 'visitor', 'vis_one', 'Ada', 'widget', '', 'v:b1', '{"reason":"button"}', '{}', ''),
('cnv_one', 4, 0, 1772442003000, 'note', 'agent', 'U1', 'Maya', 'slack', '1772442003.000100', 's:T1:C1:1772442003.000100', '{}', '{"text":"A regular."}', 'a regular.
maya'),
('cnv_one', 5, 3, 1772442004000, 'claimed', 'agent', 'U1', 'Maya', 'slack', '', '', '{"agent":{"id":"U1","name":"Maya"},"how":"button"}', '{}', ''),
('cnv_two', 1, 0, 1772442000000, 'opened', 'visitor', 'vis_two', '', 'widget', '', '', '{"reference":"H-7WXY","visitor":"vis_two","widget":"web"}', '{}', '');

insert into readers (consumer, conversation, seq, ready_at, held, attempts, lease_until, token, parked_at, cause) values
('slack', 'cnv_one', 4, 1772442004000, false, 1, 1772442019000, 'TOKEN', 0, ''),
('queue', 'cnv_one', 5, 1772445604000, false, 0, 0, '', 0, ''),
('slack', 'cnv_two', 1, null, false, 8, 0, '', 1772442000000, 'cannot be drawn');

insert into threads (id, conversation, epoch, team, channel, ts, state, marker, attempted, card, card_at, seen, opened_at) values
(1, 'cnv_one', 1, 'T1', 'C1', '1772442002.000100', 'open', 'h:cnv_one:1', 1772442002000, 'f1', 1772442004000, '1772442003.000100', 1772442002000);
insert into posts (id, conversation, thread, first_seq, last_seq, rev, ts, state, attempted) values
(1, 'cnv_one', 1, 2, 2, 0, '1772442002.000200', 'sent', 1772442002000);
insert into inbox (id, key, team, channel, thread, ts, kind, raw, state, attempts, retry_at, received) values
(1, 'T1:C1:1772442003.000100', 'T1', 'C1', '1772442002.000100', '1772442003.000100', 'message', '{}', 'done', 1, 0, 1772442003000),
(2, 'T1:C1:1772442009.000100', 'T1', 'C1', '1772442002.000100', '1772442009.000100', 'message', '{"text":"Hi"}', 'new', 0, 0, 1772442009000);
insert into counters (name, start, n) values ('mail', 1772442000000, 3);
insert into policies (hash, body) values ('h1', 'levels: []');
insert into spend (day, scope, micro) values ('2026-03-02', 'model', 1500);
