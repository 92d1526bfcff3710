"""ホーム, the settings of SmartHR連携 and its runs."""
