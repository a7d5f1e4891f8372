-- What is this database called?
SELECT current_database() AS name;
