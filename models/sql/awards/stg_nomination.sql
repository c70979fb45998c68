{{ staged('nomination', references=subject_and_title()) }}
