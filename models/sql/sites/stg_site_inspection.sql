{{ staged(
    'site_inspection',
    references={'site_code': believed('site_registry')},
    derived={'period': quarter_of('inspected_date')}
) }}
