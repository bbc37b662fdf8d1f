//! The pages on a terminal: tabs, keys, and lines of the last minutes.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind};
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph, Sparkline, Tabs};
use ratatui::{DefaultTerminal, Frame};

use super::page;
use super::rates::{History, Rates};
use super::snapshot::{Snapshot, look};
use crate::cli::api_client::ApiClient;

const TABS: [&str; 3] = ["Overview", "Carriers", "Queues"];

/// How soon a key is answered.
const KEYS_EVERY: Duration = Duration::from_millis(50);

/// What is shown.
struct Screen {
    tab: usize,
    top: usize,
    now: Snapshot,
    history: History,
    /// Why the last look failed, if it did.
    trouble: Option<String>,
}

/// What a key wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Key {
    Quit,
    Tab(usize),
    Next,
    Up,
    Down,
    Nothing,
}

/// Shows the gateway until `q`.
///
/// # Errors
/// There is no terminal, or it failed.
pub(super) async fn keep(client: &ApiClient, first: Snapshot, every: Duration) -> io::Result<()> {
    if !io::stdout().is_terminal() {
        return Err(io::Error::other("no terminal: use --once, with --json for programs"));
    }
    let mut terminal = ratatui::try_init()?;
    let screen = Screen { tab: 0, top: 0, now: first, history: History::default(), trouble: None };
    let outcome = follow(&mut terminal, client, screen, every).await;
    ratatui::restore();
    outcome
}

async fn follow(
    terminal: &mut DefaultTerminal,
    client: &ApiClient,
    mut screen: Screen,
    every: Duration,
) -> io::Result<()> {
    let mut looks = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
    let mut keys = tokio::time::interval(KEYS_EVERY);
    loop {
        terminal.draw(|frame| screen.draw(frame))?;
        tokio::select! {
            _ = looks.tick() => screen.look(client).await,
            _ = keys.tick() => {
                while event::poll(Duration::ZERO)? {
                    if screen.press(key_of(&event::read()?)) {
                        return Ok(());
                    }
                }
            }
        }
    }
}

fn key_of(event: &Event) -> Key {
    let Event::Key(key) = event else { return Key::Nothing };
    if key.kind == KeyEventKind::Release {
        return Key::Nothing;
    }
    match key.code {
        KeyCode::Char('q') | KeyCode::Esc => Key::Quit,
        KeyCode::Char('c') if key.modifiers.contains(event::KeyModifiers::CONTROL) => Key::Quit,
        KeyCode::Char(digit @ '1'..='3') => Key::Tab(usize::from(digit as u8 - b'1')),
        KeyCode::Tab | KeyCode::Right => Key::Next,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        _ => Key::Nothing,
    }
}

impl Screen {
    async fn look(&mut self, client: &ApiClient) {
        match look(client).await {
            Ok(now) => {
                self.history.push(Rates::between(&self.now, &now));
                (self.now, self.trouble) = (now, None);
            }
            Err(error) => self.trouble = Some(error.to_string()),
        }
    }

    /// Does what a key wants. `true` to end.
    const fn press(&mut self, key: Key) -> bool {
        match key {
            Key::Quit => return true,
            Key::Tab(tab) => (self.tab, self.top) = (tab, 0),
            Key::Next => (self.tab, self.top) = ((self.tab + 1) % TABS.len(), 0),
            Key::Up => self.top = self.top.saturating_sub(1),
            Key::Down => self.top = self.top.saturating_add(1),
            Key::Nothing => {}
        }
        false
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        let areas = [Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)];
        let [head, body, foot] = Layout::vertical(areas).areas(frame.area());
        let chosen = Style::new().add_modifier(Modifier::REVERSED);
        frame.render_widget(Tabs::new(TABS).select(self.tab).highlight_style(chosen), head);
        match self.tab {
            0 => self.draw_overview(frame, body),
            1 => self.draw_lines(frame, body, page::carriers(&self.now)),
            _ => self.draw_lines(frame, body, page::queues(&self.now)),
        }
        let keys = "q quit   1-3 or Tab another page   arrows scroll";
        let foot_line = self.trouble.as_deref().unwrap_or(keys);
        frame.render_widget(Line::raw(foot_line), foot);
    }

    fn draw_overview(&self, frame: &mut Frame<'_>, area: ratatui::layout::Rect) {
        let rates = self.history.last();
        let lines = page::overview(&self.now, Some(&rates));
        let areas =
            [Constraint::Length(lines.len() as u16), Constraint::Fill(1), Constraint::Fill(1)];
        let [text, one, other] = Layout::vertical(areas).areas(area);
        self.draw_lines(frame, text, lines);
        let spark = |title, of| {
            let line = self.history.line(usize::from(area.width), of);
            Sparkline::default().block(Block::bordered().title(title)).data(line)
        };
        frame.render_widget(spark("accepted a second", |rates: &Rates| rates.accepted), one);
        frame.render_widget(
            spark("submits answered a second", |rates: &Rates| rates.submits),
            other,
        );
    }

    fn draw_lines(&self, frame: &mut Frame<'_>, area: ratatui::layout::Rect, lines: Vec<String>) {
        let top = self.top.min(lines.len().saturating_sub(1));
        let lines: Vec<Line<'_>> = lines.into_iter().skip(top).map(Line::raw).collect();
        frame.render_widget(Paragraph::new(lines), area);
    }
}
