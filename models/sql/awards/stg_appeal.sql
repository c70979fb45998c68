{{ staged('appeal', references=subject_and_title()) }}
