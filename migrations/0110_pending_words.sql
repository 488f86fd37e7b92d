-- What was written last waits in a list of its own until so much has come together (in kB), and every search walks through it: at the
-- usual 4 MB for milliseconds, which is a hundred times what it takes to find a rare word.
alter index conversations_tags set (gin_pending_list_limit = 128);
alter index conversations_attributes set (gin_pending_list_limit = 128);
alter index messages_search set (gin_pending_list_limit = 128);
alter index contacts_attributes set (gin_pending_list_limit = 128);
alter index contacts_search set (gin_pending_list_limit = 128);
