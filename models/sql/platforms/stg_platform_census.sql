{{ staged('platform_census', references={'region_code': ref('dim_region')}) }}
