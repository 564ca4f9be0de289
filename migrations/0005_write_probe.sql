-- What a probe writes to, and takes back, while writes are refused because the disk is full
-- (src/store/writability.ts). Each row fills a page, so that it takes space on the disk; kept from
-- vacuum, which would leave pages to be used again.
create table write_probe (filler text not null) with (autovacuum_enabled = off);
alter table write_probe alter column filler set storage plain;
