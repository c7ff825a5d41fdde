def write_briefing(run, path=None): return run.folder/"briefing.html"
