"""A notebook on the current release: what it holds, one ranking, one chart. Nothing it does can change the release.

Opened by: uv run --extra notebook marimo edit notebooks/release.py (the home is CEPING_HOME, by default home/).
"""

import marimo

app = marimo.App(width="medium", app_title="Ceping 测评")


@app.cell
def _():
    import altair as alt
    import marimo as mo

    from pipelines.releases.releases import Releases
    from pipelines.settings import Settings

    release = Releases.of(Settings()).current
    mo.stop(
        release is None,
        mo.md("尚无发布的版本，请先运行 `ceping run`。 Nothing is published yet: `ceping run` publishes."),
    )
    connection = release.open()
    return alt, connection, mo, release


@app.cell
def _(mo, release):
    synthetic = "**示例数据（合成） Example data (synthetic)**" if release.manifest.is_synthetic else ""
    mo.md(f"# {release.edition} 年度评估 Edition {release.edition}\n\n版本 Release `{release.release_id}` {synthetic}")
    return


@app.cell
def _(connection, mo):
    catalog = connection.sql("from catalog where column_name is null").pl()
    mo.vstack([mo.md("## 有哪些表与宏 Tables and macros"), mo.ui.table(catalog, selection=None)])
    return (catalog,)


@app.cell
def _(connection, mo):
    names = connection.sql(
        "select distinct index_name_zh || ' ' || index_name_en as name, index_code from indices.dim_framework_node "
        "where edition = (select max(edition) from indices.dim_framework_node) order by index_code"
    ).fetchall()
    index = mo.ui.dropdown(
        dict(names), value=next((n for n, code in names if code == "influence"), None), label="指数 Index"
    )
    index
    return (index,)


@app.cell
def _(connection, index, mo):
    ranks = connection.sql("from top_subjects(?, 10)", params=[index.value]).pl()
    mo.vstack([mo.md("## 各组前十名 The first ten of each class"), mo.ui.table(ranks, selection=None)])
    return (ranks,)


@app.cell
def _(alt, connection, index, mo):
    scores = connection.sql(
        "select rank_class, index_score from indices.idx_rank where index_code = ? and index_score is not null",
        params=[index.value],
    ).pl()
    chart = (
        alt.Chart(scores)
        .mark_bar()
        .encode(
            alt.X("index_score:Q").bin(maxbins=20).title("得分 Score (0–100)"),
            alt.Y("count()").title("对象数 Subjects"),
            alt.Row("rank_class:N").title("组 Class"),
        )
        .properties(height=90, width=560)
        .configure(font="Noto Sans CJK SC")
    )
    mo.vstack([mo.md("## 得分分布 How the scores are spread"), chart])
    return (chart,)


if __name__ == "__main__":
    app.run()
