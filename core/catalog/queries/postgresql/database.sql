-- What is this database called, and which PostgreSQL serves it?
SELECT current_database() AS name,
       current_setting('server_encoding') AS encoding,
       current_setting('server_version_num') AS version_number;
