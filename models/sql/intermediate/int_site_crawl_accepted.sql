{{ accepted_rows('site_crawl', ref('int_site_crawl_page')) }}
