with source as (
    {{ corrected_rows('policy_document') }}
),

fit as (
    select
        edition,
        document_number,
        title,
        issuer,
        region_code,
        issued_date,
        themes,
        keywords,
        url,
        is_synthetic,
        file_id,
        sheet,
        row_number
    from source
    where rejections is null
)

select * from fit
