-- One figure of the bulletin by its id, or those whose name holds a text: computed beside published, with the verdict and where it comes from. | 按编号（或名称片段）查看公报数字：计算值与公布值并列，附判定与出处。
create macro figure(wanted_figure) as table
select *
from trends.figure
where
    figure_id = wanted_figure
    or contains(lower(name_zh), lower(wanted_figure))
    or contains(lower(name_en), lower(wanted_figure))
order by figure_id = wanted_figure desc, edition, figure_order;
