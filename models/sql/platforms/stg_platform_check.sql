{{ staged('platform_check', references={'region_code': ref('dim_region')}) }}
