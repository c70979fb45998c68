{{ staged('expert_review', references=subject_and_title()) }}
