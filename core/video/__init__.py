"""Everything PyAV: what is in a file, its pictures, copies that browsers play, cuts as videos."""
