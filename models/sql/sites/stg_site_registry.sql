{{ staged(
    'site_registry',
    references={'region_code': ref('dim_region')},
    derived={'home_host': url_host('home_url'), 'whole_home_host': url_whole_host('home_url')}
) }}
