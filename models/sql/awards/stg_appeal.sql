{{ staged(
    'appeal',
    references=subject_and_title(),
    derived={'is_in_force': "decision = 'upheld' and effect_code <> 'none'"}
) }}
