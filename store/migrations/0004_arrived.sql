UPDATE links SET came = (SELECT COUNT(*) FROM reports WHERE reports.link = links.id);
UPDATE link_runs SET reported_at = (SELECT MIN(reports.arrived_at) FROM reports
    WHERE reports.link = link_runs.link AND reports.run = link_runs.run);
