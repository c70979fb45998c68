{{ staged('account_registry', references={'site_code': believed('site_registry')}) }}
