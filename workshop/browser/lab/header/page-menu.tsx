import type { ReactElement } from "react";
import { Button, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import type { PageSummary } from "../../../common/api.js";
import { Icon } from "../../parts/icon.js";
import { navigate } from "../../store/navigation.js";
import { pageProgress } from "../../store/step-results.js";
import { useSession } from "../../store/use-session.js";
import { useLab } from "../lab-context.js";

/** `3 of 5`, and behind it all pages with ticks on the finished ones. */
export function PageMenu({ page }: { page: string }): ReactElement {
  const { session, store, pageRoute } = useLab();
  const results = useSession(store, (state) => state.results);
  const index = session.pages.findIndex(({ name }) => name === page);
  const place = `${index < 0 ? "–" : index + 1} of ${session.pages.length}`;
  return (
    <MenuTrigger>
      <Button className="button button--quiet button--small" aria-label={`Page ${place}. All pages`}>
        <span className="page-menu__count">{place}</span>
        <Icon name="chevronDown" size={14} />
      </Button>
      <Popover className="popover" placement="bottom start">
        <Menu className="menu" aria-label="Pages" onAction={(key) => navigate(pageRoute(String(key)))}>
          {session.pages.map((item, at) => (
            <PageItem
              key={item.name}
              item={item}
              number={at + 1}
              isCurrent={at === index}
              progress={pageProgress(item, results, at < index)}
            />
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

interface ItemProps {
  item: PageSummary;
  number: number;
  isCurrent: boolean;
  progress: "none" | "some" | "done";
}

function PageItem({ item, number, isCurrent, progress }: ItemProps): ReactElement {
  return (
    <MenuItem
      className="menu__item"
      id={item.name}
      textValue={item.title}
      data-selected={isCurrent || undefined}
    >
      <span className="page-menu__number">{number}</span>
      <span className="page-menu__title">{item.title}</span>
      {isCurrent && <span className="page-menu__state">here</span>}
      {progress === "some" && <span className="page-menu__state">begun</span>}
      {progress === "done" && (
        <span className="page-menu__state page-menu__state--done">
          <Icon name="tick" size={14} /> done
        </span>
      )}
    </MenuItem>
  );
}
