"""The names of the pipeline's jobs."""

EXAMINE_SHEET = "digitization.examine_sheet"
READ_PAGE = "digitization.read_page"
PAGE_READ = "digitization.page_read"
"""The job that whoever makes something of a reading handles; its payload names the reading."""
