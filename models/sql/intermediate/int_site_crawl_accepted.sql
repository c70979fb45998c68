{{ accepted_rows('site_crawl') }}
