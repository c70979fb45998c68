-- A figure of the bulletin, by its id or name, in every edition the file holds, with the change since the edition before. | 某一公报数字（编号或名称）在本文件各年度的值及较上一年度的变化。
create macro compare_editions(wanted_figure) as table
select
    figure_id, edition, name_zh, name_en, unit, computed, published, qualifier, verdict,
    lag(edition) over (partition by figure_id order by edition) as previous_edition,
    lag(computed) over (partition by figure_id order by edition) as previous_computed,
    computed - lag(computed) over (partition by figure_id order by edition) as change,
    computed / nullif(lag(computed) over (partition by figure_id order by edition), 0) - 1 as change_share,
    is_synthetic
from trends.figure
where wanted_figure in (figure_id, name_zh, name_en)
order by figure_id, edition;
