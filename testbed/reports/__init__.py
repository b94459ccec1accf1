"""From a judged run to text: JSON, JUnit, CSV and one HTML page. Pure."""
