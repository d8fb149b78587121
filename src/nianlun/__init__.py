"""Nianlun 年轮: pension archives in which every yuan can be traced to the page that proves it."""
