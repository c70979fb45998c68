-- The small sources, text to types, from the frames site_registry_text, platform_census_text and site_inspection_text.
copy (
    select
        file,
        sheet,
        line,
        网站标识码 as site_code,
        网站名称 as site_name,
        首页网址 as home_url,
        主办单位 as organiser_name,
        行政区划代码 as region_code,
        case
            when 层级 = '国务院部门' then 'central_department'
            when 层级 = '省级' then 'province'
            when 层级 in ('地市级', '市级', '计划单列市及省会城市') then 'prefecture'
            when 层级 in ('县级', '县级及以下') then 'county'
        end as level,
        case 系统 when '政务' then 'government' when '党务' then 'party' end as system,
        case 网站类型
            when '门户网站' then 'portal' when '部门网站' then 'department' when '垂直管理单位网站' then 'vertical'
            when '乡镇街道网站' then 'township'
        end as site_role,
        case 运行状态 when '正常' then 'normal' when '例外' then 'exception' when '关停' then 'closed' end
            as operating_status,
        try_cast(开通日期 as date) as opened_date,
        try_cast(关停日期 as date) as closed_date,
        是否合成数据 = '是' as is_synthetic,
        case
            when site_code is null then 'site_code'
            when site_name is null then 'site_name'
            when home_url is null then 'home_url'
            when level is null then 'level'
            when system is null then 'system'
            when site_role is null then 'site_role'
            when operating_status is null then 'operating_status'
            when 开通日期 is not null and opened_date is null then 'opened_date'
            when 关停日期 is not null and closed_date is null then 'closed_date'
        end as unfit_column
    from site_registry_text
) to '$landing/site_registry.parquet' (format parquet, compression zstd);

copy (
    select
        file,
        sheet,
        line,
        行政区划代码 as region_code,
        地区 as unit_name,
        try_cast(截止日期 as date) as snapshot_date,
        是否建成一体化平台 = '是' as has_integrated_platform,
        平台名称 as platform_name,
        平台网址 as platform_url,
        覆盖省级 = '是' as covers_province,
        覆盖市级 = '是' as covers_city,
        覆盖县级 = '是' as covers_county,
        是否合成数据 = '是' as is_synthetic,
        case
            when region_code is null then 'region_code'
            when unit_name is null then 'unit_name'
            when snapshot_date is null then 'snapshot_date'
            when has_integrated_platform is null then 'has_integrated_platform'
        end as unfit_column
    from platform_census_text
) to '$landing/platform_census.parquet' (format parquet, compression zstd);

copy (
    select
        file,
        sheet,
        line,
        网站标识码 as site_code,
        try_cast(检查日期 as date) as inspected_date,
        case when 检查方式 in ('国办抽查') then 'central_sample' when 检查方式 in ('地方自查', '自查') then 'local_self_check' end
            as tier,
        case 是否合格 when '合格' then true when '不合格' then false end as is_passed,
        不合格原因 as failure_reason,
        检查单位 as inspector,
        是否合成数据 = '是' as is_synthetic,
        case
            when site_code is null then 'site_code'
            when inspected_date is null then 'inspected_date'
            when tier is null then 'tier'
            when is_passed is null then 'is_passed'
        end as unfit_column
    from site_inspection_text
) to '$landing/site_inspection.parquet' (format parquet, compression zstd);
