-- The scores of a subject, named by id or name, from each index down to the rows they rest on: what every part contributed, and what it would have to be for the next better rank if all else, the other subjects and the yardsticks of the indicator included, stayed as it is. | 某一对象（编号或名称）各指数得分的逐级构成：各部分的贡献、所依据的数据行，以及其他条件（含其他对象与指标标尺）不变时达到上一名次所需的数值。
create macro explain_score(subject) as table
with recursive named_subjects as (
    select edition, subject_id, subject_name
    from core.dim_subject
    where subject_id = subject or subject_name = subject
),

{{ part('explained') }};
