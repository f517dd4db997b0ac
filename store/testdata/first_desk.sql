-- A desk at work as the first schema has held it: who waits, who is answered,
-- who is done. This file is never edited: a test upgrades it and looks at the
-- line. The states are as short as they could be: they are folded again.
insert into conversations (id, reference, visitor, widget, state, last_seq, last_vseq, mode, owner, epoch, updated, visitor_read) values
('cnv_late',     'H-AAAA', 'vis_1', 'web', '{"id":"cnv_late","seq":3,"mode":"waiting"}',     3, 1, 'waiting', '',   1, 1772442900000, 0),
('cnv_early',    'H-BBBB', 'vis_2', 'web', '{"id":"cnv_early","seq":3,"mode":"waiting"}',    3, 1, 'waiting', '',   1, 1772442200000, 0),
('cnv_unrouted', 'H-CCCC', 'vis_3', 'web', '{"id":"cnv_unrouted","seq":2,"mode":"waiting"}', 2, 1, 'waiting', '',   1, 1772442100000, 0),
('cnv_owned',    'H-DDDD', 'vis_4', 'web', '{"id":"cnv_owned","seq":4,"mode":"agent"}',      4, 2, 'agent',   'U1', 1, 1772442300000, 0),
('cnv_again',    'H-EEEE', 'vis_5', 'web', '{"id":"cnv_again","seq":7,"mode":"waiting"}',    7, 4, 'waiting', '',   1, 1772442700000, 0),
('cnv_closed',   'H-FFFF', 'vis_4', 'web', '{"id":"cnv_closed","seq":5,"mode":"closed"}',    5, 3, 'closed',  '',   1, 1772441500000, 0),
('cnv_broken',   'H-GGGG', 'vis_6', 'web', '{"id":"cnv_broken","seq":2,"mode":"waiting"}',   2, 1, 'waiting', '',   1, 1772442000000, 0);

insert into events (conversation, seq, vseq, at, kind, role, author, name, source, ord, key, facts, payload, words) values
('cnv_late', 1, 0, 1772442800000, 'opened', 'visitor', 'vis_1', '', 'widget', '', '', '{"reference":"H-AAAA","visitor":"vis_1","widget":"web"}', '{}', ''),
('cnv_late', 2, 1, 1772442850000, 'escalated', 'visitor', 'vis_1', '', 'widget', '', 'v:1', '{"reason":"button"}', '{}', ''),
('cnv_late', 3, 0, 1772442900000, 'routed', 'system', '', '', 'queue', '', '', '{"channel":"C1","staffed":true,"mention":"here"}', '{}', ''),
('cnv_early', 1, 0, 1772442000000, 'opened', 'visitor', 'vis_2', '', 'widget', '', '', '{"reference":"H-BBBB","visitor":"vis_2","widget":"web"}', '{}', ''),
('cnv_early', 2, 1, 1772442150000, 'escalated', 'visitor', 'vis_2', '', 'widget', '', 'v:1', '{"reason":"button"}', '{}', ''),
('cnv_early', 3, 0, 1772442200000, 'routed', 'system', '', '', 'queue', '', '', '{"channel":"C1","staffed":false,"next_open":"2026-03-03T08:00:00Z"}', '{}', ''),
('cnv_unrouted', 1, 0, 1772442000000, 'opened', 'visitor', 'vis_3', '', 'widget', '', '', '{"reference":"H-CCCC","visitor":"vis_3","widget":"web"}', '{}', ''),
('cnv_unrouted', 2, 1, 1772442100000, 'escalated', 'visitor', 'vis_3', '', 'widget', '', 'v:1', '{"reason":"button"}', '{}', ''),
('cnv_owned', 1, 0, 1772442000000, 'opened', 'visitor', 'vis_4', '', 'widget', '', '', '{"reference":"H-DDDD","visitor":"vis_4","widget":"web"}', '{}', ''),
('cnv_owned', 2, 1, 1772442100000, 'escalated', 'visitor', 'vis_4', '', 'widget', '', 'v:1', '{"reason":"button"}', '{}', ''),
('cnv_owned', 3, 0, 1772442200000, 'routed', 'system', '', '', 'queue', '', '', '{"channel":"C1","staffed":true}', '{}', ''),
('cnv_owned', 4, 2, 1772442300000, 'claimed', 'agent', 'U1', 'Maya', 'slack', '', '', '{"agent":{"id":"U1","name":"Maya"},"how":"button"}', '{}', ''),
('cnv_again', 1, 0, 1772442000000, 'opened', 'visitor', 'vis_5', '', 'widget', '', '', '{"reference":"H-EEEE","visitor":"vis_5","widget":"web"}', '{}', ''),
('cnv_again', 2, 1, 1772442010000, 'escalated', 'visitor', 'vis_5', '', 'widget', '', 'v:1', '{"reason":"button"}', '{}', ''),
('cnv_again', 3, 2, 1772442020000, 'claimed', 'agent', 'U2', 'Tom', 'slack', '', '', '{"agent":{"id":"U2","name":"Tom"},"how":"button"}', '{}', ''),
('cnv_again', 4, 3, 1772442030000, 'message', 'agent', 'U2', 'Tom', 'slack', '1772442030.000100', 's:1', '{}', '{"text":"Hello."}', 'hello.'),
('cnv_again', 5, 4, 1772442500000, 'message', 'visitor', 'vis_5', '', 'widget', '', 'v:2', '{"client_id":"2"}', '{"text":"Still there?"}', 'still there?'),
('cnv_again', 6, 0, 1772442600000, 'released', 'agent', 'U2', 'Tom', 'slack', '', '', '{"agent":{"id":"U2","name":"Tom"}}', '{}', ''),
('cnv_again', 7, 0, 1772442700000, 'routed', 'system', '', '', 'queue', '', '', '{"channel":"C1","staffed":true}', '{}', ''),
('cnv_closed', 1, 0, 1772441000000, 'opened', 'visitor', 'vis_4', '', 'widget', '', '', '{"reference":"H-FFFF","visitor":"vis_4","widget":"web"}', '{}', ''),
('cnv_closed', 2, 1, 1772441100000, 'escalated', 'visitor', 'vis_4', '', 'widget', '', 'v:1', '{"reason":"button"}', '{}', ''),
('cnv_closed', 3, 2, 1772441200000, 'claimed', 'agent', 'U2', 'Tom', 'slack', '', '', '{"agent":{"id":"U2","name":"Tom"},"how":"button"}', '{}', ''),
('cnv_closed', 4, 3, 1772441300000, 'message', 'agent', 'U2', 'Tom', 'slack', '1772441300.000100', 's:1', '{}', '{"text":"Done."}', 'done.'),
('cnv_closed', 5, 0, 1772441500000, 'closed', 'agent', 'U2', 'Tom', 'slack', '', '', '{"owner":{"id":"U2","name":"Tom"},"reason":"agent"}', '{}', ''),
('cnv_broken', 1, 0, 1772441900000, 'opened', 'visitor', 'vis_6', '', 'widget', '', '', '{"reference":"H-GGGG","visitor":"vis_6","widget":"web"}', '{}', ''),
('cnv_broken', 2, 1, 1772442000000, 'escalated', 'visitor', 'vis_6', '', 'widget', '', 'v:1', '{broken', '{}', '');
