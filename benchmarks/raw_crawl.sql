-- One file of crawl lines, text to types in one pass; what cannot be believed keeps its row and says which cell it was.
copy (
    select
        '$file' as file,
        line,
        网站标识码 as site_code,
        网址 as url,
        最终网址 as final_url,
        try_cast(抓取时间 as timestamp) - interval 8 hours as fetched_at,
        case 抓取结果
            when '成功' then 'ok' when '域名解析失败' then 'dns_error' when '超时' then 'timeout'
            when '拒绝连接' then 'connection_refused' when '连接重置' then 'connection_reset'
            when '地址不可达' then 'address_unreachable' when '证书错误' then 'tls_error'
            when '其他错误' then 'other_error'
        end as fetch_outcome,
        try_cast(状态码 as integer) as http_status,
        try_cast(层数 as integer) as depth,
        媒体类型 as media_type,
        页面标题 as title,
        try_cast(发布日期 as date) as published_date,
        try_cast(响应毫秒 as integer) as response_ms,
        case when json_valid(新媒体链接) then from_json(新媒体链接, '["VARCHAR"]') end as new_media_links,
        coalesce(是否合成数据 = '是', false) as is_synthetic,
        case
            when url is null then 'url'
            when fetched_at is null then 'fetched_at'
            when fetch_outcome is null then 'fetch_outcome'
            when 状态码 is not null and coalesce(http_status not between 100 and 599, true) then 'http_status'
            when 层数 is not null and coalesce(depth not between 0 and 100, true) then 'depth'
            when 发布日期 is not null and published_date is null then 'published_date'
            when 响应毫秒 is not null and coalesce(response_ms < 0, true) then 'response_ms'
            when 新媒体链接 is not null and new_media_links is null then 'new_media_links'
        end as unfit_column
    from (
        select row_number() over () as line, *
        from read_json(
            '$path',
            format = 'newline_delimited',
            ignore_errors = true,
            columns = {
                网站标识码: 'VARCHAR', 网址: 'VARCHAR', 最终网址: 'VARCHAR', 抓取时间: 'VARCHAR', 抓取结果: 'VARCHAR',
                状态码: 'VARCHAR', 层数: 'VARCHAR', 媒体类型: 'VARCHAR', 页面标题: 'VARCHAR', 发布日期: 'VARCHAR',
                响应毫秒: 'VARCHAR', 新媒体链接: 'VARCHAR', 是否合成数据: 'VARCHAR'
            }
        )
    )
) to '$landing/site_crawl/$file.parquet' (format parquet, compression zstd);
