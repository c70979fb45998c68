{{ staged('citation', references=subject_and_title()) }}
